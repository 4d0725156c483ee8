/**
 * Drives the engine in real time: one lock, one clock, one timer thread. The edges call this;
 * nobody else calls the engine.
 */
@NullMarked
package io.sluice.server.driver;

import org.jspecify.annotations.NullMarked;
