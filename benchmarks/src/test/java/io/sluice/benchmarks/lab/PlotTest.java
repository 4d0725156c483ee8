package io.sluice.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotTest {
  @TempDir private Path folder;

  @Test
  void linesAreWholePathsAndPlotsAreSmall() throws Exception {
    System.setProperty("java.awt.headless", "true");
    double[] x = new double[10_000];
    double[] y = new double[10_000];
    Arrays.setAll(x, i -> i / 10.0);
    Arrays.setAll(y, i -> 100 + 50 * Math.sin(i / 500.0));
    Path file = folder.resolve("plots/one.svg");
    new Plot("One", "seconds", "permits/s").reference("limit", x, x).line("rate", x, y).write(file);
    String svg = Files.readString(file);
    assertThat(svg).startsWith("<?xml").hasSizeLessThan(60_000);
    assertThat(svg.split("<line").length).as("ticks and grid only").isLessThan(60);
  }
}
