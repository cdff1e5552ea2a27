// notice is apart from planwatch's own requirements, as the tools are.
module planwatch/tools/notice

go 1.26.0

require github.com/google/licensecheck v0.3.1
