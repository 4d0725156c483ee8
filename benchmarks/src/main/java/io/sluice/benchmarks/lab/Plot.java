package io.sluice.benchmarks.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Curves over one axis, written as SVG without a background, in colours that can be read on light
 * and on dark. Lines of more than {@value #MAX_POINTS} points are thinned to that many.
 */
public final class Plot {
  /** Most points of a line, so that a plot stays small. */
  public static final int MAX_POINTS = 160;

  private static final int WIDTH = 760;
  private static final int HEIGHT = 380;
  private static final int LEFT = 64;
  private static final int RIGHT = 750;
  private static final int TOP = 34;
  private static final int BOTTOM = 298;
  private static final int LEGEND = 364;
  private static final double TICKS_ACROSS = 8;
  private static final double TICKS_UP = 5;
  private static final String INK = "#7d8590";
  private static final List<String> COLORS =
      List.of(
          "#3b82f6", "#e8820c", "#10a37f", "#d6409f", "#8b7cf6", "#b59b00", "#d1495b", "#4c9f9f");

  private final String title;
  private final String xAxis;
  private final String yAxis;
  private final List<Line> lines = new ArrayList<>();
  private boolean logarithmic;
  private double upTo = Double.NaN;
  private int curves;

  /** A plot of 760 × 380 with nothing on it. */
  public Plot(String title, String xAxis, String yAxis) {
    this.title = title;
    this.xAxis = xAxis;
    this.yAxis = yAxis;
  }

  /**
   * Adds a line.
   *
   * @param x places in ascending order
   * @param y one value for each place; {@link Double#NaN} = none there
   */
  public Plot line(String name, double[] x, double[] y) {
    lines.add(new Line(name, COLORS.get(curves++ % COLORS.size()), "", thinned(x), thinned(y)));
    return this;
  }

  /** Adds what the lines are compared with: dashed, and of no colour. */
  public Plot reference(String name, double[] x, double[] y) {
    lines.add(new Line(name, INK, " stroke-dasharray=\"6 4\"", thinned(x), thinned(y)));
    return this;
  }

  /** Gives the values a logarithmic axis; they must all be above 0. */
  public Plot logarithmic() {
    logarithmic = true;
    return this;
  }

  /** Draws values above this outside of the plot. */
  public Plot upTo(double highest) {
    upTo = highest;
    return this;
  }

  /**
   * Writes the plot.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, svg());
  }

  private String svg() {
    Axis across = new Axis(lowest(true), highest(true), TICKS_ACROSS, LEFT, RIGHT, false);
    double top = Double.isNaN(upTo) ? highest(false) : upTo;
    double bottom = logarithmic ? lowest(false) : Math.min(0, lowest(false));
    Axis up = new Axis(bottom, top, TICKS_UP, BOTTOM, TOP, logarithmic);
    StringBuilder svg = new StringBuilder();
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\"");
    put(svg, " width=\"%d\" height=\"%d\" viewBox=\"0 0 %1$d %2$d\"", WIDTH, HEIGHT);
    put(svg, " font-family=\"sans-serif\" font-size=\"12\" fill=\"%s\">%n", INK);
    put(svg, "<clipPath id=\"in\"><rect x=\"%d\" y=\"%d\"", LEFT, TOP);
    put(svg, " width=\"%d\" height=\"%d\"/></clipPath>%n", RIGHT - LEFT, BOTTOM - TOP);
    text(svg, WIDTH / 2.0, 20, "middle\" font-size=\"14\" font-weight=\"bold", title);
    for (double tick : up.ticks()) {
      put(svg, "<path d=\"M%d %.1fH%d\" stroke=\"%s\"", LEFT, up.at(tick), RIGHT, INK);
      svg.append(" stroke-opacity=\"0.25\"/>\n");
      text(svg, LEFT - 6, up.at(tick) + 4, "end", label(tick));
    }
    for (double tick : across.ticks()) {
      text(svg, across.at(tick), BOTTOM + 18, "middle", label(tick));
    }
    text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 38, "middle", xAxis);
    double middle = (TOP + BOTTOM) / 2.0;
    text(svg, 14, middle, "middle\" transform=\"rotate(-90 14 " + middle + ")", yAxis);
    lines.forEach(line -> line.draw(svg, across, up));
    legend(svg);
    return svg.append("</svg>\n").toString();
  }

  private void legend(StringBuilder svg) {
    double room = (double) (RIGHT - LEFT) / lines.size();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      double x = LEFT + i * room;
      put(svg, "<path d=\"M%.1f %dh22\" stroke=\"%s\"", x, LEGEND - 4, line.color);
      put(svg, " stroke-width=\"1.6\"%s/>%n", line.dashes);
      text(svg, x + 27, LEGEND, "start", line.name);
    }
  }

  private double lowest(boolean across) {
    return lines.stream()
        .flatMapToDouble(line -> Arrays.stream(across ? line.x : line.y))
        .filter(Double::isFinite)
        .min()
        .orElse(0);
  }

  private double highest(boolean across) {
    return lines.stream()
        .flatMapToDouble(line -> Arrays.stream(across ? line.x : line.y))
        .filter(Double::isFinite)
        .max()
        .orElse(1);
  }

  private static double[] thinned(double[] values) {
    int step = Math.max(1, (values.length + MAX_POINTS - 1) / MAX_POINTS);
    double[] kept = new double[(values.length + step - 1) / step];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = values[i * step];
    }
    return kept;
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    put(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(escaped).append("</text>\n");
  }

  private static String label(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : Double.toString(Math.rint(value * 1e6) / 1e6);
  }

  private static void put(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
  }

  /** Values and where on the plot they are. */
  private record Axis(
      double low, double high, double ticksWanted, double from, double to, boolean logarithmic) {
    double at(double value) {
      double share =
          logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
      return from + share * (to - from);
    }

    /** Returns multiples of 1, 2 or 5 times a power of ten; powers of ten if it is logarithmic. */
    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      if (logarithmic) {
        for (double power = Math.ceil(Math.log10(low)); Math.pow(10, power) <= high; power++) {
          ticks.add(Math.pow(10, power));
        }
        return ticks;
      }
      double least = (high - low) / ticksWanted;
      double power = Math.pow(10, Math.floor(Math.log10(least)));
      double step = least <= power ? power : least <= 2 * power ? 2 * power : 5 * power;
      step = least <= step ? step : 10 * power;
      for (double tick = Math.ceil(low / step); tick * step <= high * (1 + 1e-9); tick++) {
        ticks.add(tick * step);
      }
      return ticks;
    }
  }

  /** A line as it is drawn. */
  private static final class Line {
    final String name;
    final String color;
    final String dashes;
    final double[] x;
    final double[] y;

    Line(String name, String color, String dashes, double[] x, double[] y) {
      this.name = name;
      this.color = color;
      this.dashes = dashes;
      this.x = x;
      this.y = y;
    }

    void draw(StringBuilder svg, Axis across, Axis up) {
      put(svg, "<path clip-path=\"url(#in)\" fill=\"none\" stroke=\"%s\"", color);
      put(svg, " stroke-width=\"1.6\" stroke-linejoin=\"round\"%s d=\"", dashes);
      boolean drawing = false;
      for (int i = 0; i < x.length; i++) {
        boolean known = Double.isFinite(y[i]);
        if (known) {
          put(svg, "%s%.1f %.1f", drawing ? "L" : "M", across.at(x[i]), up.at(y[i]));
        }
        drawing = known;
      }
      svg.append("\"/>\n");
    }
  }
}
