/**
 * Measurements. Each compares with a reference in the same run, because absolute figures of a
 * shared machine mean little. Nothing here is asserted; docs/benchmarks.md tells what was seen.
 */
package io.sluice.benchmarks;
