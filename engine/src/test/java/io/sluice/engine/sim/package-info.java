/**
 * The deterministic simulator: clients that misbehave, a network that loses, repeats and reorders,
 * and one engine, in virtual time, from one seed. Every invariant is checked after every event.
 *
 * <p>{@link io.sluice.engine.sim.ClientAction} and {@link io.sluice.engine.sim.AdminAction} are the
 * tables of what happens; a new kind of event is one entry there and, if it can hand over capacity,
 * one {@link io.sluice.engine.sim.Fact}.
 */
package io.sluice.engine.sim;
