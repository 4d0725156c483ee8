package io.sluice.benchmarks.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** A table of Markdown. */
public final class Table {
  private final int columns;
  private final List<String> lines = new ArrayList<>();

  /** A table with these headings and no rows. */
  public Table(String... headings) {
    columns = headings.length;
    lines.add(joined(headings));
    lines.add("|" + "---|".repeat(columns));
  }

  /** Adds a row, one cell for each heading. */
  public Table row(String... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(
          "a row must have " + columns + " cells but had " + cells.length);
    }
    lines.add(joined(cells));
    return this;
  }

  /** Returns the Markdown, each line ended. */
  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }

  private static String joined(String... cells) {
    StringJoiner joiner = new StringJoiner(" | ", "| ", " |");
    for (String cell : cells) {
      joiner.add(cell.replace("|", "\\|"));
    }
    return joiner.toString();
  }
}
