/**
 * The endpoints of the Tinker API, one constant each in {@link
 * io.tinker4j.transport.endpoint.Operations}, and the codecs of their bodies, JSON and protobuf.
 * Exported to the modules of this project only.
 */
@NullMarked
package io.tinker4j.transport.endpoint;

import org.jspecify.annotations.NullMarked;
