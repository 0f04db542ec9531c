# Marks which gem's code acts in a process that loads a gem, like node/acting.cjs and for the same report, by opening a file whose name is a
# secret and the folder of the gem, in hexadecimal digits. The worker alone knows the secret, from before any gem runs.
module Acting
  MARKS = File.join(__dir__, '..', 'at')
  # The folder of a gem, as Bundler has it; elsewhere the file's own.
  IN_GEMS = %r{\A.*/(?:gems|bundler/gems)/[^/]+(?=/)}
  # How many lines of a stack are read.
  FAR = 200
  # Methods that start something which the sensor sees: a class's own, and those of every object.
  OF_CLASSES = {
    IO => %i[binread binwrite copy_stream foreach popen read readlines sysopen write],
    File => %i[chmod chown delete link mkfifo readlink rename symlink truncate unlink],
    Dir => %i[children each_child entries foreach glob mkdir new open rmdir unlink],
    Process => %i[daemon fork kill spawn]
  }.freeze
  OF_ALL = %i[` exec fork open spawn system].freeze

  module_function

  # To be called before any gem runs. Nobody can read the secret afterwards; without one, nothing is marked.
  def start(project)
    secret = $stdin.read
    $stdin.reopen(File::NULL)
    return if secret.empty?

    @prefix = "#{File.expand_path(MARKS)}/#{secret}/"
    @root = "#{project}/"
    @open = IO.method(:sysopen).unbind.bind(IO)
    @folders = {}
    @seen = {}
    note_scripts
    verbose = $VERBOSE
    $VERBOSE = nil
    wrap
    $VERBOSE = verbose
  end

  # A script's gem is known before it is evaluated, without a method of ours in its stack.
  def note_scripts
    TracePoint.new(:script_compiled) do |point|
      folder = folder_of(point.instruction_sequence.absolute_path)
      mark(folder) if folder && !@seen.key?(folder)
    end.enable
  end

  def wrap
    require 'socket'
    OF_CLASSES.each { |owner, names| names.each { |name| replace(owner.singleton_class, name) } }
    [Kernel, Kernel.singleton_class].each { |owner| OF_ALL.each { |name| replace(owner, name) } }
    [File, TCPSocket, UDPSocket, UNIXSocket, TCPServer, Socket].each { |owner| replace(owner, :initialize) }
    [UDPSocket, Socket].each { |owner| replace(owner, :connect) }
  end

  # The method sets a mark and continues as before. It is redefined in place: a prepended method can't be aliased, as gems do to replace it
  # in turn. Code that reads a stack skips lines with such a file name, like Ruby's own.
  def replace(owner, name)
    return unless owner.method_defined?(name) || owner.private_method_defined?(name)

    acting = self
    original = owner.instance_method(name)
    hidden = owner.private_method_defined?(name)
    body = '{ |*given, **named, &block| acting.acts; original.bind_call(self, *given, **named, &block) }'
    owner.module_eval("define_method(name) #{body}", '<internal:kernel>', 1)
    owner.send(:private, name) if hidden
  end

  # Marks the gem whose code is the innermost in the stack; the other gems in the stack are marked as present.
  def acts
    folders = caller_locations(2, FAR).filter_map { |place| folder_of(place.absolute_path) }
    folders.each { |folder| mark(folder) unless @seen.key?(folder) }
    mark(folders.first) if folders.any?
  end

  def folder_of(file)
    return nil unless file&.start_with?(@root)

    @folders[file] ||= file[IN_GEMS] || File.dirname(file)
  end

  def mark(folder)
    return if folder == @last

    @last = folder
    @seen[folder] = true
    @open.call(@prefix + folder.unpack1('H*'))
  rescue SystemCallError
    # There is no such file.
  end
end
