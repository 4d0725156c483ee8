package io.sluice.server.reload;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import java.io.IOException;

/** A configuration file, with the variables and flags of the start over it. */
public interface ConfigSource {
  /**
   * Returns the text of the file.
   *
   * @throws IOException if it cannot be read
   */
  String text() throws IOException;

  /**
   * Makes a configuration of a text of the file.
   *
   * @throws ConfigurationException with everything that is wrong with it
   */
  Configuration load(String text) throws ConfigurationException;
}
