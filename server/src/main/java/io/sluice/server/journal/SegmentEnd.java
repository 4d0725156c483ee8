package io.sluice.server.journal;

/**
 * How far a segment could be read.
 *
 * @param offset the end of what is whole: what follows it, if anything, is not
 * @param problem what is wrong there; empty = nothing, this is the end of the segment
 * @param torn whether a crash while it was written may have caused this, because nothing whole
 *     follows
 */
record SegmentEnd(int offset, String problem, boolean torn) {
  boolean isWhole() {
    return problem.isEmpty();
  }
}
