/** Text for models: tokenizers, chat templates, renderers, and training data from chats. */
module io.tinker4j.text {
  requires transitive io.tinker4j.recovery;

  exports io.tinker4j.text.supervised;
  exports io.tinker4j.text.tokenizer;
}
