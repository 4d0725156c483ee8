package io.sluice.server.driver;

import io.sluice.engine.admission.AdmissionEngine;

/**
 * Keeps what the steps of an engine change beyond the process, and says when that is durable. All
 * but {@link #durable}, {@link #problem} and {@link #start} is called within the lock of the
 * driver, and never blocks.
 */
public interface StepLog {
  /** A log that keeps nothing. */
  StepLog NONE =
      new StepLog() {
        @Override
        public void start(Listener listener) {}

        @Override
        public void beginStep(long nowNanos) {}

        @Override
        public void endStep() {}

        @Override
        public long position() {
          return 0;
        }

        @Override
        public long durable() {
          return 0;
        }

        @Override
        public String problem() {
          return "";
        }

        @Override
        public long tend(AdmissionEngine engine, long wallMillis) {
          return Long.MAX_VALUE;
        }
      };

  /** Is told when what was kept is durable, on another thread. */
  interface Listener {
    /** Everything up to a position is durable. Positions rise. */
    void durable(long position);

    /** Nothing becomes durable any more; told once. */
    void failed(String problem);
  }

  /** Begins to make durable what is kept. Called once. */
  void start(Listener listener);

  /** A step begins. */
  void beginStep(long nowNanos);

  /** A step ends: everything that it changed is kept. */
  void endStep();

  /** Returns up to where there is anything to be made durable. */
  long position();

  /** Returns up to where everything is durable. */
  long durable();

  /** Returns why nothing new can be made durable now; empty if it can. */
  String problem();

  /**
   * Does what has to be done now and then.
   *
   * @return after how many nanoseconds again; {@link Long#MAX_VALUE} = never
   */
  long tend(AdmissionEngine engine, long wallMillis);
}
