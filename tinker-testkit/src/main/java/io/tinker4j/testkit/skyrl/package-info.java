/**
 * How a SkyRL server differs from the protocol, as far as a client can feel it. Start reading at
 * {@link SkyrlBehaviour}.
 */
@NullMarked
package io.tinker4j.testkit.skyrl;

import org.jspecify.annotations.NullMarked;
