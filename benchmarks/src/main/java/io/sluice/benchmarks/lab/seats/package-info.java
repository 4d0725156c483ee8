/**
 * Services under more work than they bear, and limiters before them: ours, and short models of
 * others, written from their published formulas.
 */
package io.sluice.benchmarks.lab.seats;
