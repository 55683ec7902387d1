/** What a service client reports to the service, and how it is sent. Not exported. */
@NullMarked
package io.tinker4j.training.telemetry;

import org.jspecify.annotations.NullMarked;
