"""Grade what students hand in: run it locked up, compare outside, report (评分).

:mod:`~crmlab.course.grade.one` grades one submission in a sandbox and
:mod:`~crmlab.course.grade.folder` a folder of them; the command is ``crmlab labs grade``.
"""
