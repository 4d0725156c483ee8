package io.sluice.benchmarks.lab;

import java.awt.Paint;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;

/**
 * Draws SVG, and lines that go on where the last one ended as one path: charts draw a curve as many
 * lines, which would make large files and break dashes.
 */
final class Pen extends SVGGraphics2D {
  private final Path2D path = new Path2D.Double();
  private Paint pathPaint = getPaint();
  private Stroke pathStroke = getStroke();

  Pen(SVGGeneratorContext context) {
    super(context, false);
  }

  @Override
  public void draw(Shape shape) {
    if (!(shape instanceof Line2D line)) {
      lift();
      super.draw(shape);
      return;
    }
    if (!goesOn(line)) {
      lift();
      pathPaint = getPaint();
      pathStroke = getStroke();
      path.moveTo(line.getX1(), line.getY1());
    }
    path.lineTo(line.getX2(), line.getY2());
  }

  @Override
  public void fill(Shape shape) {
    lift();
    super.fill(shape);
  }

  @Override
  public void setClip(Shape clip) {
    lift();
    super.setClip(clip);
  }

  @Override
  public void transform(AffineTransform change) {
    lift();
    super.transform(change);
  }

  @Override
  public void setTransform(AffineTransform transform) {
    lift();
    super.setTransform(transform);
  }

  /** Draws what is still to be drawn. */
  void lift() {
    // The constructor of what this extends comes here before there is a path.
    if (path == null || path.getCurrentPoint() == null) {
      return;
    }
    Paint paint = getPaint();
    Stroke stroke = getStroke();
    setPaint(pathPaint);
    setStroke(pathStroke);
    super.draw((Shape) path.clone());
    path.reset();
    setPaint(paint);
    setStroke(stroke);
  }

  private boolean goesOn(Line2D line) {
    Point2D end = path.getCurrentPoint();
    return end != null
        && end.getX() == line.getX1()
        && end.getY() == line.getY1()
        && pathPaint.equals(getPaint())
        && pathStroke.equals(getStroke());
  }
}
