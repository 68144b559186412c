# Formula of a tap. `brew update-python-resources blogarchive` adds the resources.
class Blogarchive < Formula
  include Language::Python::Virtualenv

  desc "Back up hosted Chinese blogs into one SQLite file"
  homepage "https://github.com/blogarchive/blogarchive"
  url "https://github.com/blogarchive/blogarchive/releases/download/v{VERSION}/blogarchive-{VERSION}.tar.gz"
  sha256 "{SHA256}"
  license "MIT"

  depends_on "libyaml"
  depends_on "python@3.13"

  def install
    virtualenv_install_with_resources
    generate_completions_from_executable(bin/"blogarchive", "--completion", shells: [:bash, :zsh, :fish])
  end

  test do
    system bin/"blogarchive", "demo"
    assert_path_exists testpath/"data/demo.db"
  end
end
