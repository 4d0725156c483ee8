package io.sluice.server.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the known word that a wrong one was probably meant to be. */
final class Spelling {
  private static final int MAX_LENGTH = 200;
  private static final int MAX_EDITS = 3;

  private Spelling() {}

  /**
   * Returns the known word with the fewest edits to the wrong one (insertions, deletions,
   * replacements, swaps of neighbours), or null if all need more than three, or more than a third
   * of its length.
   */
  static @Nullable String nearest(String wrong, Collection<String> known) {
    return nearest(wrong, known, Math.min(MAX_EDITS, (wrong.length() + 1) / 3));
  }

  /** The same, with at most {@code maxEdits} edits. */
  static @Nullable String nearest(String wrong, Collection<String> known, int maxEdits) {
    String nearest = null;
    int fewest = maxEdits + 1;
    for (String word : known) {
      boolean comparable =
          Math.abs(word.length() - wrong.length()) < fewest && wrong.length() <= MAX_LENGTH;
      int edits = comparable ? edits(wrong, word) : fewest;
      if (edits < fewest) {
        fewest = edits;
        nearest = word;
      }
    }
    return nearest;
  }

  /** The optimal string alignment distance, three rows at a time. */
  private static int edits(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        row[j] = Math.min(last[j - 1] + (same ? 0 : 1), 1 + Math.min(last[j], row[j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[b.length()];
  }
}
