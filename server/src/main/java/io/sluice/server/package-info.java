/** The composition root: builds the engine, the edges round it, and wires them. */
@NullMarked
package io.sluice.server;

import org.jspecify.annotations.NullMarked;
