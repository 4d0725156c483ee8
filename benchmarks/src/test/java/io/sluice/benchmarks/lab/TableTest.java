package io.sluice.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void writesMarkdownAndRefusesRowsOfAnotherLength() {
    Table table = new Table("a", "b").row("1", "2|3");
    assertThat(table).hasToString("| a | b |\n|---|---|\n| 1 | 2\\|3 |\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.row("1"))
        .withMessage("a row must have 2 cells but had 1");
  }
}
