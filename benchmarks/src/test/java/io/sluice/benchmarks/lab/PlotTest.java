package io.sluice.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotTest {
  @TempDir private Path folder;

  @Test
  void linesAreWholePathsAndPlotsAreSmall() throws Exception {
    double[] x = new double[10_000];
    double[] y = new double[10_000];
    Arrays.setAll(x, i -> i / 10.0);
    Arrays.setAll(y, i -> 100 + 50 * Math.sin(i / 500.0));
    Path file = folder.resolve("plots/one.svg");
    new Plot("One", "seconds", "permits/s").reference("limit", x, x).line("rate", x, y).write(file);
    String svg = Files.readString(file);
    assertThat(svg).startsWith("<svg ").endsWith("</svg>\n").hasSizeLessThan(10_000);
    assertThat(svg.split("<path clip-path").length - 1).as("one for each line").isEqualTo(2);
    assertThat(svg).contains(">permits/s<", ">limit<", ">800<");
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  @Test
  void leavesOutWhereThereIsNoValue() throws Exception {
    double[] x = {0, 1, 2, 3};
    double[] y = {1, 10, Double.NaN, 100};
    Path file = folder.resolve("gap.svg");
    new Plot("a < b", "x", "y").line("y", x, y).logarithmic().write(file);
    String svg = Files.readString(file);
    assertThat(svg).contains("a &lt; b", "d=\"M64.0 298.0L292.7 166.0M750.0 34.0\"");
    assertThat(svg).contains(">1<", ">10<", ">100<");
  }
}
