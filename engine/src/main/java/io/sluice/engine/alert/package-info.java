/** When a figure is worth telling people of: rules with hysteresis over values and a time. Pure. */
@NullMarked
package io.sluice.engine.alert;

import org.jspecify.annotations.NullMarked;
