package io.sluice.server.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the sections of one configuration share while they are read.
 *
 * @param placeholders replaces {@code ${NAME}}
 * @param problems what is wrong so far
 * @param effective the values read so far, by path
 */
record Reading(Placeholders placeholders, Problems problems, Map<String, Setting> effective) {
  Reading(Placeholders placeholders, Problems problems) {
    this(placeholders, problems, new LinkedHashMap<>());
  }
}
