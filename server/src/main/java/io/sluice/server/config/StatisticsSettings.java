package io.sluice.server.config;

import io.sluice.engine.alert.AlertRule;
import java.util.List;

/**
 * Settings of statistics.
 *
 * @param topKeys how many of the keys that were denied most often are told, 0..32
 * @param alerts when alerts fire; empty = never
 */
public record StatisticsSettings(int topKeys, List<AlertRule> alerts) {
  /** Copies the rules. */
  public StatisticsSettings {
    alerts = List.copyOf(alerts);
  }
}
