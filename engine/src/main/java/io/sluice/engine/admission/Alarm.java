package io.sluice.engine.admission;

import io.sluice.engine.timer.Timer;

/** Something the engine does at a time. */
abstract class Alarm extends Timer {
  /** Called when the time has come. */
  abstract void ring(long nowNanos);
}
