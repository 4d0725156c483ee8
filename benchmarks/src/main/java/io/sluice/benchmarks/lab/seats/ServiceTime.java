package io.sluice.benchmarks.lab.seats;

import java.util.random.RandomGenerator;

/** How long a service works on a piece, with a mean of 1. */
enum ServiceTime {
  EXPONENTIAL {
    @Override
    double draw(RandomGenerator random) {
      return -Math.log(1 - random.nextDouble());
    }
  },
  DETERMINISTIC {
    @Override
    double draw(RandomGenerator random) {
      return 1;
    }
  },
  /** Four exponential steps, one after the other. */
  ERLANG_4 {
    @Override
    double draw(RandomGenerator random) {
      double product = 1;
      for (int i = 0; i < 4; i++) {
        product *= 1 - random.nextDouble();
      }
      return -Math.log(product) / 4;
    }
  },
  /** Lognormal with sigma 1: the longest of a hundred takes ten times the median. */
  LOGNORMAL {
    @Override
    double draw(RandomGenerator random) {
      return Math.exp(random.nextGaussian() - 0.5);
    }
  },
  /** Lognormal with sigma 1.5: the longest of a hundred takes 33 times the median. */
  HEAVY_LOGNORMAL {
    @Override
    double draw(RandomGenerator random) {
      return Math.exp(1.5 * random.nextGaussian() - 1.125);
    }
  },
  /** Nine of ten take 0.4, one takes 6.4: hits and misses of a cache. */
  BIMODAL {
    @Override
    double draw(RandomGenerator random) {
      return random.nextDouble() < 0.9 ? 0.4 : 6.4;
    }
  },
  /** Half take 0.2, half 1.8: no middle. */
  TWO_KINDS {
    @Override
    double draw(RandomGenerator random) {
      return random.nextBoolean() ? 0.2 : 1.8;
    }
  },
  /** Exponential of two means, 0.5 and 5.5. */
  HYPEREXPONENTIAL {
    @Override
    double draw(RandomGenerator random) {
      return EXPONENTIAL.draw(random) * (random.nextDouble() < 0.9 ? 0.5 : 5.5);
    }
  },
  /** Pareto with alpha 2.2, cut off at 100. */
  PARETO {
    @Override
    double draw(RandomGenerator random) {
      return Math.min(100, 1.2 / 2.2 * Math.pow(1 - random.nextDouble(), -1 / 2.2));
    }
  },
  /** Evenly between 0.5 and 1.5. */
  UNIFORM {
    @Override
    double draw(RandomGenerator random) {
      return 0.5 + random.nextDouble();
    }
  };

  abstract double draw(RandomGenerator random);
}
