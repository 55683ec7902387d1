/** Text for models: tokenizers, chat templates, renderers, and training data from chats. */
module io.tinker4j.text {
  requires transitive io.tinker4j.recovery;
  requires static org.immutables.value.annotations;

  exports io.tinker4j.text.supervised;
  exports io.tinker4j.text.template;
  exports io.tinker4j.text.tokenizer;
}
