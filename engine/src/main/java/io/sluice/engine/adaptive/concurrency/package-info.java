/**
 * Controllers that find how many pieces of work a service bears at once, from when each began and
 * how it ended. They know of no limit, lease or bucket: only numbers come in and go out.
 */
@NullMarked
package io.sluice.engine.adaptive.concurrency;

import org.jspecify.annotations.NullMarked;
