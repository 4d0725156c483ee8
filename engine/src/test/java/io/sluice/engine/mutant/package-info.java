/**
 * Wrong engines that the tests must find out: each mutant of {@code src/test/mutants} is one
 * mistake that was made somewhere before.
 */
package io.sluice.engine.mutant;
