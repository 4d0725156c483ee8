/**
 * Keeps the limits in force in line with the configuration file while the server runs. It reads and
 * applies; who asks for it, and who is told, is elsewhere.
 */
@NullMarked
package io.sluice.server.reload;

import org.jspecify.annotations.NullMarked;
