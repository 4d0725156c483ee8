/**
 * What the statistics suggest to change: pure functions of a snapshot, which changes nothing and
 * remembers nothing.
 */
@NullMarked
package io.sluice.engine.advice;

import org.jspecify.annotations.NullMarked;
