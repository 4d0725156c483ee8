/**
 * The engine: who may go now, who waits, and who goes next.
 *
 * <p>A deterministic state machine. Events come in with the time; answers go out through {@link
 * io.sluice.engine.admission.Reply}. The same events give the same answers. It holds the order of
 * waiting and the statistics; what is taken is behind {@link io.sluice.engine.store.StateStore}.
 */
@NullMarked
package io.sluice.engine.admission;

import org.jspecify.annotations.NullMarked;
