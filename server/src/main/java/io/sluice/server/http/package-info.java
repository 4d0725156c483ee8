/** The admin HTTP edge: what operators and their tools read. Changes nothing. */
@NullMarked
package io.sluice.server.http;

import org.jspecify.annotations.NullMarked;
