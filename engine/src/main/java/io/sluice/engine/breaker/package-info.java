/**
 * Circuit breakers: from how work ended, whether more may begin. Arithmetic only: who asks, who
 * holds a lease and who waits is elsewhere.
 */
@NullMarked
package io.sluice.engine.breaker;

import org.jspecify.annotations.NullMarked;
