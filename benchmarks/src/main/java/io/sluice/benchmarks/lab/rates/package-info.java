/**
 * The laboratory of rates: providers that refuse what is above a limit that changes, sidecars that
 * find it with a controller of the engine, and what got through.
 */
package io.sluice.benchmarks.lab.rates;
