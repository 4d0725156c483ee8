/** Timers in virtual time: what is due, and when to look again. */
@NullMarked
package io.sluice.engine.timer;

import org.jspecify.annotations.NullMarked;
