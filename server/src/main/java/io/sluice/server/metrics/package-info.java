/** Shows what the engine counts as Micrometer meters, which Prometheus scrapes. */
@NullMarked
package io.sluice.server.metrics;

import org.jspecify.annotations.NullMarked;
