package io.sluice.engine.scenario;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Curves over one axis, as SVG without a background, in colours that can be read on light and on
 * dark. The same curves give the same bytes on every machine, which what measures texts in the
 * fonts of the machine does not.
 */
final class LineChart {
  private static final String[] COLORS = {
    "#3b82f6", "#e8820c", "#10a37f", "#d6409f", "#8b7cf6", "#b59b00"
  };
  private static final String[] DASHES = {"", "7 3", "2 3", "9 3 2 3", "4 4", "12 4"};
  private static final String INK = "#7d8590";
  private static final int WIDTH = 760;
  private static final int LEFT = 62;
  private static final int RIGHT = WIDTH - 16;
  private static final int BOTTOM_MARGIN = 48;
  private static final int PLOT = 220;
  private static final double LETTER = 6.8;

  private final StringBuilder svg = new StringBuilder();
  private final String xAxis;
  private final String yAxis;
  private final double[] x;
  private final List<Line> lines;
  private int legendRows = 1;

  /**
   * One curve.
   *
   * @param y one value for each of the axis; {@link Double#NaN} = none there
   */
  record Line(String name, double[] y) {}

  LineChart(String xAxis, String yAxis, double[] x, List<Line> lines) {
    this.xAxis = xAxis;
    this.yAxis = yAxis;
    this.x = x;
    this.lines = List.copyOf(lines);
  }

  String svg(String title) {
    List<String> legend = legend();
    int top = 40 + 20 * legendRows;
    int bottom = top + PLOT;
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" fill=\"%s\">%n",
            WIDTH, bottom + BOTTOM_MARGIN, WIDTH, bottom + BOTTOM_MARGIN, INK));
    text(LEFT, 20, "start", " font-size=\"14\" font-weight=\"bold\"", title);
    legend.forEach(svg::append);
    Scale across = new Scale(x[0], x[x.length - 1], LEFT, RIGHT, 10);
    Scale up = new Scale(0, highest(), bottom, top, 5);
    axes(across, up, top, bottom);
    for (int i = 0; i < lines.size(); i++) {
      svg.append(path(lines.get(i).y(), across, up, style(i)));
    }
    return svg.append("</svg>\n").toString();
  }

  private List<String> legend() {
    List<String> entries = new ArrayList<>();
    double at = LEFT;
    for (int i = 0; i < lines.size(); i++) {
      double width = 34 + LETTER * lines.get(i).name().length() + 14;
      if (at + width > RIGHT && at > LEFT) {
        legendRows++;
        at = LEFT;
      }
      int y = 20 + 20 * legendRows;
      entries.add(
          format(
              "<path d=\"M%.1f %dh26\"%s/><text x=\"%.1f\" y=\"%d\">%s</text>%n",
              at, y - 4, style(i), at + 32, y, escaped(lines.get(i).name())));
      at += width;
    }
    return entries;
  }

  private void axes(Scale across, Scale up, int top, int bottom) {
    for (double value : up.ticks()) {
      double y = up.at(value);
      svg.append(
          format(
              "<path d=\"M%d %.1fH%d\" stroke=\"%s\" stroke-opacity=\"0.25\"/>%n",
              LEFT, y, RIGHT, INK));
      text(LEFT - 6, y + 4, "end", "", up.label(value));
    }
    for (double value : across.ticks()) {
      svg.append(format("<path d=\"M%.1f %dv5\" stroke=\"%s\"/>%n", across.at(value), bottom, INK));
      text(across.at(value), bottom + 19, "middle", "", across.label(value));
    }
    text((LEFT + RIGHT) / 2.0, bottom + 38, "middle", "", xAxis);
    double middle = (top + bottom) / 2.0;
    text(14, middle, "middle", format(" transform=\"rotate(-90 14 %.1f)\"", middle), yAxis);
  }

  private String path(double[] y, Scale across, Scale up, String style) {
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (int i = 0; i < y.length; i++) {
      if (!Double.isNaN(y[i])) {
        path.append(drawing ? "L" : "M").append(format("%.1f %.1f", across.at(x[i]), up.at(y[i])));
      }
      drawing = !Double.isNaN(y[i]);
    }
    return format("<path d=\"%s\"%s/>%n", path, style);
  }

  private double highest() {
    return lines.stream()
        .flatMapToDouble(line -> Arrays.stream(line.y()))
        .filter(value -> !Double.isNaN(value))
        .max()
        .orElse(1);
  }

  private void text(double x, double y, String anchor, String more, String text) {
    svg.append(
        format(
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n",
            x, y, anchor, more, escaped(text)));
  }

  private static String style(int line) {
    String dash = DASHES[line % DASHES.length];
    return format(" fill=\"none\" stroke-width=\"2\" stroke=\"%s\"", COLORS[line % COLORS.length])
        + (dash.isEmpty() ? "" : " stroke-dasharray=\"" + dash + "\"");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern.replace("%n", "\n"), values);
  }

  /** Values to places, with steps of 1, 2 or 5 times a power of ten. */
  private record Scale(double low, double high, double from, double to, double step) {
    Scale(double low, double high, double from, double to, int mostSteps) {
      this(low, Math.max(high, low + 1e-3), from, to, step((high - low) / mostSteps));
    }

    double at(double value) {
      return from + (to - from) * (value - low) / (high - low);
    }

    double[] ticks() {
      int first = (int) Math.ceil(low / step - 1e-9);
      int count = (int) Math.floor(high / step + 1e-9) - first + 1;
      double[] ticks = new double[count];
      Arrays.setAll(ticks, i -> (first + i) * step);
      return ticks;
    }

    String label(double value) {
      int digits = Math.max(0, (int) -Math.floor(StrictMath.log10(step) + 1e-9));
      return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    private static double step(double least) {
      double power = StrictMath.pow(10, Math.floor(StrictMath.log10(Math.max(least, 1e-4))));
      for (int times : new int[] {1, 2, 5}) {
        if (times * power >= least * (1 - 1e-9)) {
          return times * power;
        }
      }
      return 10 * power;
    }
  }
}
