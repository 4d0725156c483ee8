/** The {@code sluice} command: one class for each subcommand, and what they share. */
@NullMarked
package io.sluice.server.cli;

import org.jspecify.annotations.NullMarked;
