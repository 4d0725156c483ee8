package io.sluice.benchmarks.lab.seats;

import java.util.List;

/** The services of the study. */
final class Services {
  /** On these the constants of {@code gradient_probe} were chosen; each also with contention. */
  static final List<ServiceModel> CHOSEN_ON =
      List.of(
          ServiceModel.of("40 × 50 ms, exponential", 40, 50, ServiceTime.EXPONENTIAL),
          ServiceModel.of("40 × 50 ms, constant", 40, 50, ServiceTime.DETERMINISTIC),
          ServiceModel.of("40 × 50 ms, lognormal σ 1", 40, 50, ServiceTime.LOGNORMAL),
          ServiceModel.of("40 × 50 ms, hits and misses", 40, 50, ServiceTime.BIMODAL),
          ServiceModel.of("8 × 20 ms, exponential", 8, 20, ServiceTime.EXPONENTIAL),
          ServiceModel.of("400 × 100 ms, exponential", 400, 100, ServiceTime.EXPONENTIAL),
          ServiceModel.of("40 × 5 s, exponential", 40, 5000, ServiceTime.EXPONENTIAL));

  /** Looked at while the constants were chosen, without choosing them by it. */
  static final List<ServiceModel> HELD_OUT =
      List.of(
          ServiceModel.of("100 × 30 ms, lognormal σ 1.5", 100, 30, ServiceTime.HEAVY_LOGNORMAL),
          ServiceModel.of("16 × 80 ms, Pareto 2.2", 16, 80, ServiceTime.PARETO),
          ServiceModel.of("24 × 10 ms, two kinds", 24, 10, ServiceTime.TWO_KINDS),
          ServiceModel.of("60 × 200 ms, hyperexponential", 60, 200, ServiceTime.HYPEREXPONENTIAL),
          ServiceModel.of("16 × 1 ms, Erlang 4", 16, 1, ServiceTime.ERLANG_4),
          ServiceModel.of("12 × 5 s, uniform", 12, 5000, ServiceTime.UNIFORM),
          ServiceModel.of("4 × 50 ms, exponential", 4, 50, ServiceTime.EXPONENTIAL),
          ServiceModel.of("32 × 40 ms, exponential, shared", 32, 40, ServiceTime.EXPONENTIAL)
              .shared(),
          ServiceModel.of("40 × 50 ms, exponential, bursts ±60 %", 40, 50, ServiceTime.EXPONENTIAL)
              .bursting(0.6),
          ServiceModel.of("40 × 50 ms, exponential, stalls", 40, 50, ServiceTime.EXPONENTIAL)
              .stalling(200));

  /** First run when the constants were frozen. */
  static final List<ServiceModel> NEW =
      List.of(
          ServiceModel.of("150 × 15 ms, lognormal σ 1", 150, 15, ServiceTime.LOGNORMAL),
          ServiceModel.of("20 × 300 ms, Erlang 4", 20, 300, ServiceTime.ERLANG_4),
          ServiceModel.of("64 × 8 ms, hits and misses", 64, 8, ServiceTime.BIMODAL),
          ServiceModel.of("250 × 400 ms, Pareto 2.2", 250, 400, ServiceTime.PARETO),
          ServiceModel.of("30 × 120 ms, uniform", 30, 120, ServiceTime.UNIFORM),
          ServiceModel.of("6 × 25 ms, lognormal σ 1", 6, 25, ServiceTime.LOGNORMAL),
          ServiceModel.of("30 × 3 s, Erlang 4", 30, 3000, ServiceTime.ERLANG_4),
          ServiceModel.of("10 × 150 ms, hyperexponential", 10, 150, ServiceTime.HYPEREXPONENTIAL),
          ServiceModel.of("24 × 4 s, lognormal σ 1", 24, 4000, ServiceTime.LOGNORMAL));

  private Services() {}
}
