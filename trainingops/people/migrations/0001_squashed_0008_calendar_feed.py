"""What the migrations up to 0008 make of an empty database, in one step; a filled one goes on with them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('people', '0001_initial'),
        ('people', '0002_shift_kinds'),
        ('people', '0003_shared_counters'),
        ('people', '0004_shift_hours'),
        ('people', '0005_guards'),
        ('people', '0006_roles_once'),
        ('people', '0007_long_leave'),
        ('people', '0008_calendar_feed'),
    ]

    dependencies = [
    ]

    operations = [
        BtreeGistExtension(),
        CreateAll([
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('login', models.CharField(max_length=40, unique=True, verbose_name='employee number')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='mail address')),
                    ('is_active', models.BooleanField(default=True)),
                    ('must_set_password', models.BooleanField(default=False, help_text='after signing in with a one-time code')),
                    ('language', models.CharField(choices=[('id', 'Indonesia'), ('en', 'English')], default='id', max_length=5, verbose_name='language')),
                    ('timezone', models.CharField(choices=[('Asia/Jakarta', 'WIB'), ('Asia/Makassar', 'WITA'), ('Asia/Jayapura', 'WIT')], default='Asia/Jakarta', max_length=40, verbose_name='time zone')),
                    ('theme', models.CharField(choices=[('auto', 'As the system'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='appearance')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Segment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='ServiceLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                    ('channel', models.CharField(choices=[('inbound', 'Inbound voice'), ('outbound', 'Outbound'), ('digital', 'Digital')], default='inbound', max_length=10, verbose_name='channel')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Site',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                    ('timezone', models.CharField(choices=[('Asia/Jakarta', 'WIB'), ('Asia/Makassar', 'WITA'), ('Asia/Jayapura', 'WIT')], default='Asia/Jakarta', max_length=40, verbose_name='time zone')),
                    ('opens_at', models.TimeField(default='08:00', verbose_name='working hours from')),
                    ('closes_at', models.TimeField(default='17:00', verbose_name='working hours to')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='CalendarFeed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('opened_at', models.DateTimeField()),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Person',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('employee_no', models.CharField(max_length=30, unique=True, verbose_name='employee number')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('login_id', models.CharField(blank=True, max_length=40, verbose_name='log-in id')),
                    ('acd_id', models.CharField(blank=True, max_length=40, verbose_name='ACD id')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='mail address')),
                    ('employment', models.CharField(choices=[('active', 'Active'), ('on_leave', 'On long leave'), ('left', 'Left')], default='active', max_length=10, verbose_name='employment')),
                    ('joined_on', models.DateField(blank=True, null=True, verbose_name='joined on')),
                    ('left_on', models.DateField(blank=True, null=True, verbose_name='left on')),
                    ('pseudonymised_at', models.DateTimeField(editable=False, null=True)),
                ],
                options={
                    'ordering': ['name', 'employee_no'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Upper('acd_id'), condition=models.Q(('acd_id', ''), _negated=True), name='person_acd_id_once'), models.UniqueConstraint(django.db.models.functions.text.Upper('login_id'), condition=models.Q(('login_id', ''), _negated=True), name='person_login_id_once'), models.CheckConstraint(condition=models.Q(('left_on', None), ('joined_on', None), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='person_left_after_joined')],
                },
            ),
            migrations.AddField(
                model_name='user',
                name='person',
                field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='user', to='people.person'),
            ),
            migrations.CreateModel(
                name='ShiftCode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.CharField(max_length=12, unique=True)),
                    ('name', models.CharField(max_length=80)),
                    ('starts_at', models.TimeField(blank=True, null=True)),
                    ('ends_at', models.TimeField(blank=True, null=True)),
                    ('is_working', models.BooleanField(default=True)),
                    ('kind', models.CharField(choices=[('work', 'Shift'), ('off', 'Day off'), ('leave', 'Leave'), ('sick', 'Sick'), ('permit', 'Excused'), ('duty', 'Duty travel')], default='work', max_length=6, verbose_name='meaning')),
                ],
                options={
                    'ordering': ['code'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('is_working', False), models.Q(('ends_at__isnull', False), ('starts_at__isnull', False)), _connector='OR'), name='working_shift_has_times'), models.CheckConstraint(condition=models.Q(models.Q(('is_working', True), ('kind', 'work')), models.Q(('is_working', False), models.Q(('kind', 'work'), _negated=True)), _connector='OR'), name='shift_kind_says_whether_it_works')],
                },
            ),
            migrations.CreateModel(
                name='RosterDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('starts_at', models.DateTimeField(null=True)),
                    ('ends_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster', to='people.person')),
                    ('code', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.shiftcode')),
                ],
            ),
            migrations.CreateModel(
                name='Signature',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('role', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20)),
                    ('meaning', models.CharField(choices=[('approved', 'Approved'), ('submitted', 'Submitted'), ('appointed', 'Appointed'), ('waived', 'Waived'), ('confirmed', 'Confirmed'), ('disposed', 'Disposed')], max_length=12)),
                    ('signed_at', models.DateTimeField()),
                    ('authenticated_at', models.DateTimeField(help_text='the fresh log-in, at most 15 minutes before')),
                    ('content_hash', models.CharField(help_text='SHA-256 of what is signed, as hexadecimal', max_length=64)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='SignInCode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('purpose', models.CharField(choices=[('first_sign_in', 'First sign-in'), ('reset', 'New password'), ('shared_pc', 'PIN for shared PCs')], max_length=14)),
                    ('code_hash', models.CharField(max_length=128)),
                    ('issued_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_codes', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='ShiftHours',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_at', models.TimeField()),
                    ('ends_at', models.TimeField()),
                    ('code', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='people.shiftcode')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                ],
                options={
                    'ordering': ['site__name'],
                },
            ),
            migrations.CreateModel(
                name='Team',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('leaders', models.ManyToManyField(blank=True, related_name='led_teams', to='people.person')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='people.serviceline')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='people.site')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='RoleAssignment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('role', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20, verbose_name='role')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='to (inclusive)')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_assignments', to=settings.AUTH_USER_MODEL)),
                    ('lines', models.ManyToManyField(blank=True, related_name='+', to='people.serviceline')),
                    ('sites', models.ManyToManyField(blank=True, related_name='+', to='people.site')),
                    ('teams', models.ManyToManyField(blank=True, related_name='+', to='people.team')),
                ],
                options={
                    'ordering': ['user', 'role'],
                },
            ),
            migrations.CreateModel(
                name='PersonAssignment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='to (inclusive)')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='people.person')),
                    ('segments', models.ManyToManyField(blank=True, related_name='+', to='people.segment')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='people.team')),
                ],
                options={
                    'ordering': ['person', 'starts_on'],
                },
            ),
            migrations.CreateModel(
                name='Unit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('custodian', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Delegation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('role', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], default='manager', max_length=20)),
                    ('starts_on', models.DateField()),
                    ('ends_on', models.DateField()),
                    ('reason', models.TextField(blank=True)),
                    ('delegate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_held', to=settings.AUTH_USER_MODEL)),
                    ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('principal', models.F('delegate')), _negated=True), name='delegation_to_somebody_else'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_ends_after_start')],
                },
            ),
            migrations.CreateModel(
                name='LongLeave',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='to (inclusive)')),
                    ('recorded_at', models.DateTimeField()),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='long_leaves', to='people.person')),
                ],
                options={
                    'ordering': ['-starts_on'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='long_leave_ends_after_start'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('person',), name='one_leave_without_end')],
                },
            ),
            migrations.AddConstraint(
                model_name='user',
                constraint=models.UniqueConstraint(django.db.models.functions.text.Upper('login'), name='user_login_once'),
            ),
            migrations.AddConstraint(
                model_name='user',
                constraint=models.UniqueConstraint(django.db.models.functions.text.Upper('email'), condition=models.Q(('email', ''), _negated=True), name='user_email_once'),
            ),
            migrations.AddIndex(
                model_name='rosterday',
                index=models.Index(fields=['starts_at', 'ends_at'], name='people_rost_starts__ee673a_idx'),
            ),
            migrations.AddConstraint(
                model_name='rosterday',
                constraint=models.UniqueConstraint(fields=('person', 'day'), name='roster_day_once'),
            ),
            migrations.AddConstraint(
                model_name='signature',
                constraint=models.CheckConstraint(condition=models.Q(('signed_at__gte', models.F('authenticated_at'))), name='signature_after_authentication'),
            ),
            migrations.AddConstraint(
                model_name='signincode',
                constraint=models.UniqueConstraint(condition=models.Q(('used_at', None)), fields=('user', 'purpose'), name='one_open_code_a_purpose'),
            ),
            migrations.AddConstraint(
                model_name='signincode',
                constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('issued_at'))), name='code_expires_after_issue'),
            ),
            migrations.AddConstraint(
                model_name='shifthours',
                constraint=models.UniqueConstraint(fields=('code', 'site'), name='shift_hours_once_a_site'),
            ),
            migrations.AddIndex(
                model_name='roleassignment',
                index=models.Index(fields=['user', 'starts_on'], name='people_role_user_id_0ea195_idx'),
            ),
            migrations.AddConstraint(
                model_name='roleassignment',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='role_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='personassignment',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='assignment_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='personassignment',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='assignment_no_overlap'),
            ),
        ]),
        *sql_of('trainingops.people.migrations.0003_shared_counters'),
        *sql_of('trainingops.people.migrations.0005_guards'),
    ]
