package io.sluice.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The configuration that the server starts with when it is given none. */
public final class ExampleConfiguration {
  /** The name that problems tell. */
  public static final String NAME = "example.yaml";

  private ExampleConfiguration() {}

  /** Returns its text, which is on the class path. */
  public static String text() {
    try (InputStream stream = ExampleConfiguration.class.getResourceAsStream(NAME)) {
      return new String(
          Objects.requireNonNull(stream, NAME).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
