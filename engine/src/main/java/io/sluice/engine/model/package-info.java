/**
 * The vocabulary of admission as plain values: what is asked, what is answered, how work ended.
 *
 * <p>Everything here is immutable and validated when it is made. Nothing here decides anything.
 */
@NullMarked
package io.sluice.engine.model;

import org.jspecify.annotations.NullMarked;
