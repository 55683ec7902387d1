/** Text for models: tokenizers, chat templates, renderers, and training data from chats. */
module io.tinker4j.text {
  requires transitive io.tinker4j.recovery;
  requires com.github.luben.zstd_jni;
  requires java.net.http;
  // Only for tokenizers that are no byte-pair encodings.
  requires static ai.djl.api;
  requires static ai.djl.tokenizers;
  // Read only where images of data: URIs are made tokens.
  requires static java.desktop;

  exports io.tinker4j.text.chat;
  exports io.tinker4j.text.data;
  exports io.tinker4j.text.renderer;
  exports io.tinker4j.text.supervised;
  exports io.tinker4j.text.template;
  exports io.tinker4j.text.tokenizer;
}
