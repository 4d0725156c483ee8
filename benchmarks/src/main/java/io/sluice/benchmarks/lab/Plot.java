package io.sluice.benchmarks.lab;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.DOMImplementation;
import org.w3c.dom.Document;

/**
 * Curves over one axis, written as SVG without a background, in colours that can be read on light
 * and on dark. Lines of more than {@value #MAX_POINTS} points are thinned to that many.
 */
public final class Plot {
  /** Most points of a line, so that a plot stays small. */
  public static final int MAX_POINTS = 160;

  private static final Color INK = new Color(0x7d8590);
  private static final Color[] COLORS = {
    new Color(0x3b82f6),
    new Color(0xe8820c),
    new Color(0x10a37f),
    new Color(0xd6409f),
    new Color(0x8b7cf6),
    new Color(0xb59b00),
    new Color(0xd1495b),
    new Color(0x4c9f9f)
  };
  private static final BasicStroke SOLID = new BasicStroke(1.6f);
  private static final BasicStroke DASHED =
      new BasicStroke(1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0);

  private final XYChart chart;
  private int curves;

  /** A plot of 760 × 380 with nothing on it. */
  public Plot(String title, String xAxis, String yAxis) {
    chart =
        new XYChartBuilder()
            .width(760)
            .height(380)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    XYStyler style = chart.getStyler();
    Color none = new Color(0, 0, 0, 0);
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    style.setAntiAlias(false);
    style.setChartBackgroundColor(none).setLegendBackgroundColor(none);
    style.setPlotBackgroundColor(none).setPlotBorderVisible(false);
    style.setPlotGridLinesColor(new Color(INK.getRGB() & 0xffffff | 0x40000000, true));
    style.setPlotGridVerticalLinesVisible(false).setPlotGridLinesStroke(new BasicStroke(0.8f));
    style.setXAxisTickMarkSpacingHint(90).setYAxisTickMarkSpacingHint(60);
    style.setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal);
    style.setLegendBorderColor(none).setLegendFont(font).setChartFontColor(INK);
    style.setChartTitleFont(font.deriveFont(Font.BOLD, 14)).setChartTitleBoxVisible(false);
    style.setAxisTitleFont(font).setAxisTickLabelsFont(font);
    style.setAxisTickLabelsColor(INK).setAxisTickMarksColor(INK);
    style.setYAxisMin(0.0);
  }

  /**
   * Adds a line.
   *
   * @param x places in ascending order
   * @param y one value for each place; {@link Double#NaN} = none there
   */
  public Plot line(String name, double[] x, double[] y) {
    add(name, x, y, COLORS[curves++ % COLORS.length], SOLID);
    return this;
  }

  /** Adds what the lines are compared with: dashed, and of no colour. */
  public Plot reference(String name, double[] x, double[] y) {
    add(name, x, y, INK, DASHED);
    return this;
  }

  /** Gives the values a logarithmic axis; they must all be above 0. */
  public Plot logarithmic() {
    chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(null);
    return this;
  }

  /** Draws values above this outside of the plot. */
  public Plot upTo(double highest) {
    chart.getStyler().setYAxisMax(highest);
    return this;
  }

  /**
   * Writes the plot.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment(null);
    context.setPrecision(1);
    Pen pen = new Pen(context);
    pen.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
    chart.paint(pen, chart.getWidth(), chart.getHeight());
    pen.lift();
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      pen.stream(writer, true);
    }
  }

  private void add(String name, double[] x, double[] y, Color color, BasicStroke stroke) {
    int step = Math.max(1, (x.length + MAX_POINTS - 1) / MAX_POINTS);
    XYSeries series = chart.addSeries(name, uneven(every(x, step)), every(y, step));
    series.setMarker(SeriesMarkers.NONE).setLineColor(color).setLineStyle(stroke);
  }

  /** Evenly spaced places get ticks at multiples of their distance, others at round numbers. */
  private static double[] uneven(double[] x) {
    if (x.length > 2) {
      x[1] += (x[2] - x[1]) * 1e-3;
    }
    return x;
  }

  private static double[] every(double[] values, int step) {
    double[] kept = new double[(values.length + step - 1) / step];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = values[i * step];
    }
    return kept;
  }

  private static Document document() {
    try {
      DOMImplementation dom =
          DocumentBuilderFactory.newInstance().newDocumentBuilder().getDOMImplementation();
      return dom.createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK has no parser of XML", e);
    }
  }
}
