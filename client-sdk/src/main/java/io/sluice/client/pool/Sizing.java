package io.sluice.client.pool;

import io.sluice.client.internal.Checks;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How many may run at once for so many items. Immutable.
 *
 * <pre>{@code
 * Sizing.below(100, 2).orBelow(1000, 5).otherwise(10)
 * }</pre>
 */
public final class Sizing {
  private final NavigableMap<Integer, Integer> workersBelow;
  private final int otherwise;

  private Sizing(NavigableMap<Integer, Integer> workersBelow, int otherwise) {
    this.workersBelow = workersBelow;
    this.otherwise = otherwise;
  }

  /**
   * Begins a table.
   *
   * @param items fewer than so many, at least 1
   * @param workers so many at once, at least 1
   * @return a table that wants more rows or its end
   */
  public static Table below(int items, int workers) {
    return new Table(Map.of()).orBelow(items, workers);
  }

  /**
   * The number for so many items.
   *
   * @param items 0 or more
   * @return at least 1
   */
  public int workers(int items) {
    Map.Entry<Integer, Integer> row = workersBelow.higherEntry(items);
    return row == null ? otherwise : row.getValue();
  }

  /** The rows told so far. Immutable. */
  public static final class Table {
    private final NavigableMap<Integer, Integer> rows;

    private Table(Map<Integer, Integer> rows) {
      this.rows = new TreeMap<>(rows);
    }

    /**
     * One row more.
     *
     * @param items fewer than so many, at least 1
     * @param workers so many at once, at least 1
     * @return the longer table
     */
    public Table orBelow(int items, int workers) {
      Table longer = new Table(rows);
      longer.rows.put(
          Checks.inRange("items", items, 1, Integer.MAX_VALUE),
          Checks.inRange("workers", workers, 1, WorkerPoolBuilder.MAX_WORKERS));
      return longer;
    }

    /**
     * The end of the table.
     *
     * @param workers so many at once for any other number of items, at least 1
     * @return the sizing
     */
    public Sizing otherwise(int workers) {
      return new Sizing(rows, Checks.inRange("workers", workers, 1, WorkerPoolBuilder.MAX_WORKERS));
    }
  }
}
