/**
 * The configuration of the server: one YAML text, the environment over it, flags over both, bound
 * by hand to values that the engine and the server take as they are.
 *
 * <p>{@link io.sluice.server.config.Keys} is the table of every key. A text is parsed to a {@link
 * io.sluice.server.config.Tree} whose every value knows its {@link io.sluice.server.config.Source};
 * profiles and overrides are trees laid over it; readers turn the result into records and collect
 * every {@link io.sluice.server.config.Problem} on the way. Nothing here reads a file, the
 * environment or a clock: all of it is passed in.
 */
@NullMarked
package io.sluice.server.config;

import org.jspecify.annotations.NullMarked;
