/**
 * GPU devices: what is free on each, and which of them an ask is placed on.
 *
 * <p>Integers only. Discovery of devices is elsewhere; this package is told what there is.
 */
@NullMarked
package io.sluice.engine.device;

import org.jspecify.annotations.NullMarked;
