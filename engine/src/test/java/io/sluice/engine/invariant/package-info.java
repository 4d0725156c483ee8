/**
 * What must hold whatever happens: each invariant with its number and its sentence, checked over
 * the engine's state ({@link io.sluice.engine.invariant.EngineInvariants}) and over what callers
 * saw ({@link io.sluice.engine.invariant.History}).
 */
package io.sluice.engine.invariant;
