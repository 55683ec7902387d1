/**
 * Adapters as the PEFT library and the Hugging Face hub have them: the layout of their files, their
 * model cards, and the hub's HTTP API. Start reading at {@link io.tinker4j.cli.hub.AdapterFiles}
 * and {@link io.tinker4j.cli.hub.HubUpload}.
 */
@NullMarked
package io.tinker4j.cli.hub;

import org.jspecify.annotations.NullMarked;
