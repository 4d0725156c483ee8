/**
 * What buckets learn from how their work ends: which controllers and breakers they have, what these
 * are told, and what follows for the bucket. The algorithms are elsewhere.
 */
@NullMarked
package io.sluice.engine.learning;

import org.jspecify.annotations.NullMarked;
