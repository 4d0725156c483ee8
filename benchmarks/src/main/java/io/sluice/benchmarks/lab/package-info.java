/**
 * The laboratory: providers and services modelled in virtual time, on which what adapts is judged
 * beside what others do. Here is what its studies share: plots, tables, the report. A study has a
 * package of its own and knows no other.
 */
package io.sluice.benchmarks.lab;
